import { screen } from '@testing-library/dom';
import { refused } from '@/gallery/server';
import { scenes } from '@/gallery/story';

const nobody = { 'GET /auth/v0/session': refused(401, 'unauthorized', 'Sign in first.') };

export default scenes('Sign-in', {
  'as it opens': { at: '/sign-in', answers: nobody },
  refused: {
    at: '/sign-in',
    answers: { ...nobody, 'POST /auth/v0/session': refused(401, 'unauthorized', 'Email, password or code is wrong.') },
    play: async ({ user }) => {
      await user.type(screen.getByLabelText('Email'), 'ana@example.test');
      await user.type(screen.getByLabelText('Password'), 'wrong');
      await user.type(screen.getByLabelText('One-time code'), '123456');
      await user.click(screen.getByRole('button', { name: 'Sign in' }));
      await screen.findByRole('alert');
    },
  },
});
